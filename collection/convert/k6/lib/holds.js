// holds is false when a condition cannot be told.
function holds(condition) {
  try {
    return condition();
  } catch (e) {
    return false;
  }
}
