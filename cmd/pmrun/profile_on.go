//go:build profile

package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
)

// profile writes a CPU profile of the whole run to the file that PMRUN_CPUPROFILE
// names and, at the end, a profile of all allocations to PMRUN_MEMPROFILE's. It is
// there for finding where a row's time goes, not in the program as it is shipped.
func profile() (stop func()) {
	var cpu *os.File
	if path := os.Getenv("PMRUN_CPUPROFILE"); path != "" {
		cpu = create(path)
		if err := pprof.StartCPUProfile(cpu); err != nil {
			fatal(err)
		}
	}
	return func() {
		if cpu != nil {
			pprof.StopCPUProfile()
			if err := cpu.Close(); err != nil {
				fatal(err)
			}
		}
		if path := os.Getenv("PMRUN_MEMPROFILE"); path != "" {
			runtime.GC()
			f := create(path)
			if err := pprof.Lookup("allocs").WriteTo(f, 0); err != nil {
				fatal(err)
			}
			if err := f.Close(); err != nil {
				fatal(err)
			}
		}
	}
}

func create(path string) *os.File {
	f, err := os.Create(path)
	if err != nil {
		fatal(err)
	}
	return f
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "profile:", err)
	os.Exit(2)
}
