// Package sheet reads data files into rows, and writes rows back in the
// dialect in which they came.
//
// A CSV is read as a stream: memory does not grow with the file. Every cell is
// text and stays byte for byte what the file holds. What cannot be read without
// guessing (another encoding, another kind of file, a quote out of place, an
// unclear delimiter) is an error that says where and what to do.
//
//	file -> source (length, digest, copy) -> front (line ends) -> encoding/csv -> CSV
package sheet
