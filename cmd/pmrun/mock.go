package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/pmrun/pmrun/batch/mockcrm"
)

func (a *app) mockCommand() *cobra.Command {
	var o mockcrm.Options
	var listen string
	cmd := &cobra.Command{
		Use:   "mock",
		Short: "Run a local CRM that behaves like the contract",
		Long: `Mock is a CRM for trying things out: the case API of the wolkvox CRM on this
machine, over http and https on one address. It checks what the real one checks,
keeps cases in memory until it ends, and answers look-ups.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.mock(cmd.Context(), o, listen) },
	}
	f := cmd.Flags()
	f.StringVar(&listen, "listen", "127.0.0.1:8765", "`ADDR` to listen on, loopback only")
	f.StringArrayVar(&o.Tokens, "token", nil, "accepted `TOKEN`; repeat for several (any well-formed one)")
	f.StringVar(&o.Operation, "operation", "", "the only known operation (any)")
	f.StringSliceVar(&o.Contacts, "contact", nil, "known contacts' e-mails (any)")
	f.StringSliceVar(&o.Users, "user", nil, "known users (any user@operation)")
	f.DurationVar(&o.Latency, "latency", 0, "time that every answer takes more")
	f.Float64Var(&o.Rate, "limit", 0, "requests a second from one address; over it 429 with Retry-After (no limit)")
	f.Float64Var(&o.FailShare, "fail-share", 0, "share of good inserts that are refused, 0 to 1")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of ids and of the refused share")
	f.BoolVar(&o.Forget, "forget", false, "say yes and store nothing")
	return cmd
}

func (a *app) mock(ctx context.Context, o mockcrm.Options, listen string) error {
	if err := o.Validate(); err != nil {
		return err
	}
	server, err := mockcrm.New(o)
	if err != nil {
		return err
	}
	l, err := mockcrm.Start(ctx, server, listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "mock CRM on http://%s and https://%s; Ctrl-C ends it\n", l.Addr(), l.Addr())
	<-ctx.Done()
	start := time.Now()
	err = l.Close()
	fmt.Fprintf(a.stderr, "mock CRM ended after %d cases (%s)\n", server.Len(), time.Since(start).Round(time.Millisecond))
	return err
}
