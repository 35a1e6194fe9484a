"""What a person may write about a way of drawing ("tighter, without spikes"), read as wishes. Text in, numbers out."""
