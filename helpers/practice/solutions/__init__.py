"""Solutions of the exercises, as a reader would write them. One module per notebook."""
