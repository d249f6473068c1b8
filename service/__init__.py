"""Expert Answers: the closest expert answer to a question asked in one's own words."""
