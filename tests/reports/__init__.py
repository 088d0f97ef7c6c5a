"""The record, tried: it adds up, hides nothing, and cannot be made to deceive."""
