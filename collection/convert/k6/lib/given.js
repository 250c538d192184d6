// given is a value of the row, or of -e, or otherwise what stands here.
function given(row, column, name, otherwise) {
  return row[column] ?? __ENV[name] ?? otherwise;
}
