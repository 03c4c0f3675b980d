"""Reading XLSX workbooks."""
