"""A number that stands in a template as it is belongs to a picture or a control, and has a point in
every language. What people read is made by `desk.words`."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 0
