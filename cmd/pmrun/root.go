package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection/vars"
)

// version is the program's version; releases set it when they are built.
var version = "dev"

// tool names the program in reports and in the User-Agent header.
func tool() string {
	v := version
	if info, ok := debug.ReadBuildInfo(); ok && v == "dev" && info.Main.Version != "" && info.Main.Version != "(devel)" {
		v = info.Main.Version
	}
	return "pmrun/" + v
}

// app is what every verb works with.
type app struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	// masker hides in errors what the job took from ${env:NAME}.
	masker *vars.Masker
}

// hide keeps what a job took from the environment out of errors.
func (a *app) hide(job *batch.Job) {
	if job != nil {
		a.masker = vars.NewMasker(job.Secrets())
	}
}

// exitError ends the program with a code. A nil err has been reported already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// exitWith ends the program with a code; 0 is no error.
func exitWith(code int, err error) error {
	if code == batch.ExitOK {
		return nil
	}
	return &exitError{code: code, err: err}
}

// run is the program: arguments in, exit code out.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{args: args, stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(withValues(args))
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	code := exitCode(err)
	var exit *exitError
	if err == nil || errors.As(err, &exit) && exit.err == nil {
		return code
	}
	fmt.Fprintf(stderr, "pmrun: %s\n", strings.ReplaceAll(a.masker.Mask(err.Error()), "\n", "\n       "))
	return code
}

// exitCode is what an error of a command ends the program with.
func exitCode(err error) int {
	var exit *exitError
	switch {
	case err == nil:
		return batch.ExitOK
	case errors.As(err, &exit):
		return exit.code
	case errors.Is(err, context.Canceled):
		return batch.ExitInterrupted
	}
	return batch.ExitUsage
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "pmrun",
		Short: "Insert the rows of a spreadsheet through a request of a Postman collection",
		Long: `pmrun inserts every row of a spreadsheet through one request of a Postman
collection: concurrently, under a rate limit, with a durable record of each row
and a report that says, row by row, what happened.

` + exitCodes,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("there is no command %q: see pmrun --help", args[0])
			}
			return cmd.Help()
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%s: see %s --help", flagMessage(err), cmd.CommandPath())
	})
	root.AddCommand(a.loadCommand(), a.checkCommand(), a.listCommand(), a.initCommand(), a.resumeCommand(), a.retryCommand(), a.reconcileCommand(), a.verifyCommand(), a.undoCommand(),
		a.reportCommand(), a.showCommand(), a.runCommand(), a.convertCommand(), a.mockCommand(), a.versionCommand(),
		a.helpTopic("exit-codes", "What each exit code means", func() string { return exitCodes }), a.helpTopic("rules", "What preflight checks", rulesText),
		a.helpTopic("contracts", "The APIs that are known", contractsText), a.helpTopic("errors", "What each status and cause means, and what to do", errorsText))
	completeArgs(root)
	return root
}

// flagMessage puts what the flag parser says of a bad value into words.
func flagMessage(err error) string {
	msg, detail, _ := strings.Cut(err.Error(), " flag: ")
	switch {
	case strings.HasPrefix(detail, "strconv.ParseInt"), strings.HasPrefix(detail, "strconv.ParseUint"):
		return msg + ": it has to be a whole number"
	case strings.HasPrefix(detail, "strconv.ParseFloat"):
		return msg + ": it has to be a number"
	case strings.HasPrefix(detail, "time: "):
		return msg + ": write it like 30s or 2m"
	}
	return err.Error()
}

const jobArg = "a job file, or a collection with --request and --data"

// oneArg wants exactly one argument and says which.
func oneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("%s takes one argument, %s, and got %d: see %s --help", cmd.CommandPath(), what, len(args), cmd.CommandPath())
		}
		return nil
	}
}

// helpTopic is a command without a run of its own: pmrun help NAME prints it.
func (a *app) helpTopic(name, short string, text func() string) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short}
	cmd.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		cmd.Long = text() // not before it is asked for: some take long to make
		cmd.Parent().HelpFunc()(cmd, args)
	})
	return cmd
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.stdout, strings.Replace(tool(), "/", " ", 1))
			return err
		},
	}
}
