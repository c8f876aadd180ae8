"""Tables of customers from a spreadsheet: what people keep in Excel becomes requests."""
