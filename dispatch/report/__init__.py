"""What a person looks at: the table, the summary and the page of one or many solved cases."""
