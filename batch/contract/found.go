package contract

import (
	"errors"
	"fmt"

	"github.com/expr-lang/expr"

	"github.com/pmrun/pmrun/batch"
)

// NewFound compiles an expression that lists the ids of the records in a
// look-up's answer: a list, or one id as text. nil says that the answer does not
// tell, which is an error of the look-up and never "none found".
func NewFound(text string) (func(*batch.Answer) ([]string, error), error) {
	p, err := compile("found", text)
	if err != nil {
		return nil, err
	}
	return func(a *batch.Answer) ([]string, error) {
		out, err := expr.Run(p, newEnvironment(a))
		if err != nil || out == nil {
			return nil, fmt.Errorf("the look-up was answered with %s", describe(a))
		}
		return ids(out)
	}, nil
}

func ids(out any) ([]string, error) {
	switch v := out.(type) {
	case string:
		if v == "" {
			return []string{}, nil
		}
		return []string{v}, nil
	case bool:
		return nil, errors.New("the look-up's expression gave yes or no; it has to list ids")
	case []any:
		list := make([]string, 0, len(v))
		for _, item := range v {
			switch item := item.(type) {
			case string:
				list = append(list, item)
			case int, float64:
				list = append(list, plain(item))
			default:
				return nil, errors.New("the look-up found a record without an id")
			}
		}
		return list, nil
	case int, float64:
		return []string{plain(v)}, nil
	}
	return nil, errors.New("the look-up's expression has to list ids")
}
