"""The guided tour: a card beside the real widgets that waits until the user has really done each thing."""
