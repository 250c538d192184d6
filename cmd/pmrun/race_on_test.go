//go:build race

package main

// raceEnabled says that the race detector slows this run down.
const raceEnabled = true
