package request

// MediaType returns the media type that a file's part of a form has, by the file's name.
func MediaType(path string) string { return typeByName(path) }
