"""What a person looks at when something is wrong, read and never changed; and dead letters that are sent back."""
