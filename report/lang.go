package report

import (
	"fmt"

	"github.com/pmrun/pmrun/batch"
)

// Words puts what the reports for people say into a language. The zero value is
// English. What comes from elsewhere, a server's message or a contract's remedy,
// stays as it is; so do the words of statuses and causes, which name files and
// values of columns.
type Words struct{ translations map[string]string }

// Languages lists the languages that Language knows.
func Languages() []string { return []string{"en", "es"} }

// Language returns the words of a language; ok is false for one that is not known.
func Language(name string) (w Words, ok bool) {
	switch name {
	case "en":
		return Words{}, true
	case "es":
		return Words{spanish()}, true
	}
	return Words{}, false
}

// say formats an English text in the language; one without a translation stays
// English.
func (w Words) say(format string, args ...any) string {
	if translated, ok := w.translations[format]; ok {
		format = translated
	}
	return fmt.Sprintf(format, args...)
}

// Text translates a text as a whole.
func (w Words) Text(text string) string {
	if translated, ok := w.translations[text]; ok {
		return translated
	}
	return text
}

func (w Words) rows(n int64) string {
	if n == 1 {
		return w.say("1 row")
	}
	return w.say("%d rows", n)
}

// status is the word of a status, explained where the language is not English.
func (w Words) status(s batch.Status) string {
	if meaning := w.translations["status "+s.String()]; meaning != "" {
		return s.String() + " (" + meaning + ")"
	}
	return s.String()
}

// spanish has the Spanish texts by the English ones.
func spanish() map[string]string {
	return map[string]string{
		"1 row":   "1 fila",
		"%d rows": "%d filas",

		"status succeeded": "correctas",
		"status failed":    "rechazadas",
		"status unknown":   "sin saber",
		"status not_sent":  "no enviadas",
		"status invalid":   "inválidas",
		"status skipped":   "omitidas",
		"status pending":   "pendientes",
		"status sending":   "en curso",

		"%s to %s: %s": "%s a %s: %s",
		" in %s":       " en %s",
		"latency ms: p50 %.1f, p95 %.1f, p99 %.1f, max %.1f; ": "latencia en ms: p50 %.1f, p95 %.1f, p99 %.1f, máx. %.1f; ",
		"attempts: %d":      "intentos: %d",
		"stopped early: %s": "terminó antes de tiempo: %s",
		", cause %s":        ", causa %s",
		"line %d%s":         "línea %d%s",
		"reports in %s":     "informes en %s",

		"every row, with its status": "todas las filas, con su estado",
		"the same for a browser: counts, causes, and rows that did not succeed": "lo mismo para el navegador: recuentos, causas y filas que no fueron correctas",
		"the same as a workbook":                                           "lo mismo como libro de Excel",
		"the counts and causes, to paste into a ticket":                    "los recuentos y las causas, para pegar en un tique",
		"for CI systems":                                                   "para sistemas de integración continua",
		"rows that were refused: correct them and load this file":          "filas rechazadas: corríjalas y cargue este archivo",
		"rows that may have been created: look before you send them again": "filas que quizá se crearon: mírelas antes de enviarlas otra vez",
		"rows that never left this machine: resume sends them":             "filas que no salieron de esta máquina: resume las envía",
		"rows that were not sent: correct them and load this file":         "filas que no se enviaron: corríjalas y cargue este archivo",
		"rows that are still to be sent: resume sends them":                "filas que faltan por enviar: resume las envía",

		" Exit code %d.":        " Código de salida %d.",
		"**Stopped early:** %s": "**Terminó antes de tiempo:** %s",
		"| status | rows |":     "| estado | filas |",
		"Latency in ms: p50 %.1f, p95 %.1f, p99 %.1f, max %.1f; attempts: %d.": "Latencia en ms: p50 %.1f, p95 %.1f, p99 %.1f, máx. %.1f; intentos: %d.",
		"| status | cause | rows | example | what to do |":                     "| estado | causa | filas | ejemplo | qué hacer |",
		"Run %s, begun %s, written by %s.":                                     "Carga %s, iniciada %s, escrito por %s.",

		"en":                     "es",
		"Begun %s; attempts: %d": "Iniciada %s; intentos: %d",
		"; latency in ms: p50 %s, p95 %s, p99 %s, max %s": "; latencia en ms: p50 %s, p95 %s, p99 %s, máx. %s",
		". Run %s.":                 ". Carga %s.",
		"Stopped early: %s":         "Terminó antes de tiempo: %s",
		"Why, and what to do":       "Por qué, y qué hacer",
		"status":                    "estado",
		"cause":                     "causa",
		"rows":                      "filas",
		"example":                   "ejemplo",
		"what to do":                "qué hacer",
		"Rows that did not succeed": "Filas que no fueron correctas",
		"The first %d are listed; report.csv has %d more.": "Se listan las primeras %d; report.csv tiene %d más.",
		"all":                  "todos",
		"text":                 "texto",
		"row":                  "fila",
		"line":                 "línea",
		"message":              "mensaje",
		"code":                 "código",
		"attempts":             "intentos",
		"N of ALL rows":        "N de ALL filas",
		"Every row succeeded.": "Todas las filas fueron correctas.",
		"Written by %s from the run's ledger; report.csv has every row.": "Escrito por %s desde el registro de la carga; report.csv tiene todas las filas.",

		"load the rows of failed.csv again with a lower --rate":                                                             "cargue otra vez las filas de failed.csv con un --rate menor",
		"the server failed in the middle: pmrun reconcile asks it whether the record is there":                              "el servidor falló a la mitad: pmrun reconcile le pregunta si el registro está",
		"check the host, the network and the proxy; for unknown rows, pmrun reconcile asks the server":                      "revise el servidor, la red y el proxy; para las filas unknown, pmrun reconcile pregunta al servidor",
		"pmrun reconcile asks the server whether the record is there; a longer --timeout or a lower --concurrency may help": "pmrun reconcile pregunta al servidor si el registro está; puede ayudar un --timeout mayor o un --concurrency menor",
		"the answer was not understood: pmrun reconcile asks the server whether the record is there":                        "no se entendió la respuesta: pmrun reconcile pregunta al servidor si el registro está",
		"the attempt was cut off: pmrun reconcile asks the server whether the record is there":                              "el intento se cortó: pmrun reconcile pregunta al servidor si el registro está",
		"see the server's message": "vea el mensaje del servidor",
		"a script of the collection says so. Of a failed row the server has taken the request: look whether the record is right before pmrun retry --failed sends it again. A row that was not sent goes on with pmrun resume": "lo dice un script de la colección. En una fila fallida el servidor ha aceptado la solicitud: mire si el registro es correcto antes de que pmrun retry --failed la envíe otra vez. Una fila no enviada sigue con pmrun resume",
		"nothing, when it is the same record":         "nada, si es el mismo registro",
		"nothing: --rows or --where left the row out": "nada: --rows o --where dejaron fuera la fila",
	}
}
