"""The API: API.md by the letter. One module a stage, one domain call a view."""
