// Package sheet reads data files into rows, and writes rows back in the
// dialect in which they came.
//
// A CSV or a sheet of an Excel workbook is read as a stream: memory does not grow
// with the rows. Every cell is text; one of a CSV stays byte for byte what the file
// holds. What cannot be read without guessing (another kind of file, a quote out of
// place, an unclear delimiter, several sheets) is an error that says where and what
// to do. Only the encoding is guessed, when a file is not UTF-8, and that is said.
package sheet
