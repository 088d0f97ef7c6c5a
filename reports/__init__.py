"""The record: reads the journal of a run and writes what people read; imports no other room."""
