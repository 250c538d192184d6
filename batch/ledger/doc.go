// Package ledger keeps the durable record of a run in one SQLite file.
//
// The file is in WAL mode. While a run is going on there are two files beside
// ledger.db: ledger.db-wal holds the commits that are not in ledger.db yet and
// belongs to it (never copy or move one without the other), ledger.db-shm is
// its index. Close folds them into ledger.db and removes them.
//
// ledger.lock, also beside it, keeps a second process from working on the same
// run. The operating system releases the lock when its holder dies, however it
// dies, so a lock file that is left behind stops nobody.
//
// Nothing in a process that has a ledger open may open ledger.db by other
// means, even to read it: on most systems closing any descriptor of a file
// drops every lock that the process holds on it, SQLite's included.
package ledger
