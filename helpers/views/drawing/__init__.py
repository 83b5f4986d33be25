"""What every picture is made of: style, labels, SVG shapes, pages, and the picture itself."""
