// Package filelock locks files between processes. A lock ends with the process
// that holds it, however that ends.
package filelock

import "errors"

// ErrHeld is what Try and TryShared return when someone else's lock is in the way.
var ErrHeld = errors.New("the lock is held")
