"""Plan → what people read: figures, labelled tables, headlines, downloads. Nothing here decides a plan."""
