"""What is looked at: image panes, the strip of uncertainty per slice, and the distribution of volumes."""
