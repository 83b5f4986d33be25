"""Pictures made by hand, as SVG or HTML: drawn anew within milliseconds."""
