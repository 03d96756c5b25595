"""The API's documentation as one page, written from the OpenAPI document: no script, no other host, no second truth."""
