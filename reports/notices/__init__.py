"""What tells people of a run: the comment on a pull request, and a message that is sent when something changed."""
