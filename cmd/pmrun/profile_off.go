//go:build !profile

package main

// profile does nothing in the program as it is shipped: see profile_on.go.
func profile() (stop func()) { return func() {} }
