package script

import "testing"

func TestLeavesGlobals(t *testing.T) {
	for source, want := range map[string]bool{
		`pm.test("a", () => { const x = 1; let y; y = x; pm.expect(y).to.equal(1) })`: false,
		`var a, {b, c: [d], ...e} = {}; a = b = d = 1; e.f = 2; a++; delete e.g`:      false,
		`function f(g, h = 2, ...i) { g = h; i = 1 } f()`:                             false,
		`for (const k of []) k; for (let i = 0; i < 2; i++) {} for (var j in {}) {}`:  false,
		`try { x() } catch (err) { err = 1 } class A { b = 1; c(d) { d = 1 } }`:       false,
		`const f = async ({a}, [b]) => { a = b }; label: for (;;) break label`:        false,
		`tests["a"] = responseCode.code === 200`:                                      false,
		`_.a.b = 1; [1].map(n => n * 2)`:                                              false,
		`left = 1`:                                                                    true,
		`pm.test("a", () => { deep = {} })`:                                           true,
		`counter++`:                                                                   true,
		`({a, b: [c]} = x)`:                                                           true,
		`for (k in {}) {}`:                                                            true,
		`for ([v] of []) {}`:                                                          true,
		`globalThis.x = 1`:                                                            true,
		`this.x = 1`:                                                                  true,
		`eval("x = 1")`:                                                               true,
		`new Function("x = 1")()`:                                                     true,
		`Object.assign(globalThis, {x: 1})`:                                           true,
	} {
		p, err := Compile("test", source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if p.leaves != want {
			t.Errorf("%s: leaves globals: %t", source, p.leaves)
		}
	}
}
