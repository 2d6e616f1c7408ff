"""Reports for administrators: numbers about visits and hours, the same on the page and in the file."""
