package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pmrun/pmrun/batch"
)

// pairsFlag is a flag NAME=VALUE that may be given several times.
type pairsFlag struct{ to *map[string]string }

func (p pairsFlag) Type() string   { return "NAME=VALUE" }
func (p pairsFlag) String() string { return "" }

// Set adds one pair.
func (p pairsFlag) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return fmt.Errorf("write it NAME=VALUE")
	}
	if *p.to == nil {
		*p.to = make(map[string]string)
	}
	(*p.to)[name] = value
	return nil
}

// packsFlag is the flag FIELD or FIELD=COL,COL.
type packsFlag struct{ to *map[string][]string }

func (p packsFlag) Type() string   { return "FIELD[=COL,COL]" }
func (p packsFlag) String() string { return "" }

// Set adds one field.
func (p packsFlag) Set(text string) error {
	field, columns, listed := strings.Cut(text, "=")
	if field == "" {
		return fmt.Errorf("write it FIELD or FIELD=COL,COL")
	}
	if *p.to == nil {
		*p.to = make(map[string][]string)
	}
	(*p.to)[field] = nil
	if listed {
		(*p.to)[field] = strings.Split(columns, ",")
	}
	return nil
}

// lookupFlag is the flag FIELD=NAME.
type lookupFlag struct{ to **batch.JobLookup }

func (l lookupFlag) Type() string   { return "FIELD=NAME" }
func (l lookupFlag) String() string { return "" }

// Set takes the API's field and the name of what holds the value.
func (l lookupFlag) Set(text string) error {
	field, value, ok := strings.Cut(text, "=")
	if !ok || field == "" || value == "" {
		return fmt.Errorf("write it FIELD=NAME, the API's field and the request's field or column that holds the value")
	}
	*l.to = &batch.JobLookup{Field: field, Value: value}
	return nil
}

// durationVar is a flag for a duration of a job.
func durationVar(f *pflag.FlagSet, to *batch.Duration, name string, otherwise time.Duration, usage string) {
	f.DurationVar((*time.Duration)(to), name, otherwise, usage)
}

// numberVar is a flag for a number of a job of which 0 is not "not given".
func numberVar(f *pflag.FlagSet, to **int, name string, otherwise int, usage string) {
	*to = new(int)
	f.IntVar(*to, name, otherwise, usage)
}

// ofJob says that flags of this command are settings of the job, bound to the
// field of the same name.
func (s *settings) ofJob(names ...string) { s.bound = append(s.bound, names...) }

// merge puts the flags on top of a job: a flag counts when it was given, and its
// default when the job says nothing. Pairs are added to those of the job.
func (s *settings) merge(cmd *cobra.Command, job *batch.Job) error {
	from, to := reflect.ValueOf(&s.Job).Elem(), reflect.ValueOf(job).Elem()
	for i := range to.NumField() {
		name, _, _ := strings.Cut(to.Type().Field(i).Tag.Get("yaml"), ",")
		flag := cmd.Flags().Lookup(name)
		if flag == nil || !slices.Contains(s.bound, name) {
			continue
		}
		value, target := from.Field(i), to.Field(i)
		switch {
		case flag.Changed && isEmpty(value) && name != "data" && name != "out":
			return fmt.Errorf("--%s is empty: give it a value, or leave it out", name)
		case flag.Changed && value.Kind() == reflect.Map && !target.IsNil():
			merged := reflect.MakeMap(target.Type())
			for _, m := range []reflect.Value{target, value} {
				for it := m.MapRange(); it.Next(); {
					merged.SetMapIndex(it.Key(), it.Value())
				}
			}
			target.Set(merged)
		case flag.Changed || target.IsZero():
			target.Set(value)
		}
	}
	s.Job = *job
	return nil
}

// isEmpty tells text and lists that hold nothing.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice:
		return v.Len() == 0
	}
	return false
}
