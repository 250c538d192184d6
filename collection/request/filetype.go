package request

import (
	"cmp"
	"mime"
	"path/filepath"
	"strings"
)

// unknownType is the media type of a file whose name says nothing.
const unknownType = "application/octet-stream"

// typeByName returns the media type of a file by its extension. The common ones
// are the same on every machine; for others the system is asked. Which characters
// a text is written in is not known, so no charset is claimed.
func typeByName(path string) string {
	extension := strings.ToLower(filepath.Ext(path))
	if kind := commonType(extension); kind != "" {
		return kind
	}
	kind, _, _ := mime.ParseMediaType(mime.TypeByExtension(extension))
	return cmp.Or(kind, unknownType)
}

func commonType(extension string) string {
	switch extension {
	case ".txt", ".log":
		return "text/plain"
	case ".csv":
		return "text/csv"
	case ".htm", ".html":
		return "text/html"
	case ".md":
		return "text/markdown"
	case ".yaml", ".yml":
		return "text/yaml"
	case ".ics":
		return "text/calendar"
	case ".vcf":
		return "text/x-vcard"
	case ".json", ".pdf", ".xml", ".zip", ".rtf":
		return "application/" + extension[1:]
	case ".js":
		return "application/javascript"
	case ".css":
		return "text/css"
	case ".tsv":
		return "text/tab-separated-values"
	case ".tar":
		return "application/x-tar"
	case ".bin":
		return unknownType
	case ".ico":
		return "image/vnd.microsoft.icon"
	case ".avi":
		return "video/x-msvideo"
	case ".gz":
		return "application/gzip"
	case ".7z":
		return "application/x-7z-compressed"
	case ".doc":
		return "application/msword"
	case ".docx":
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case ".xls":
		return "application/vnd.ms-excel"
	case ".xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case ".ppt":
		return "application/vnd.ms-powerpoint"
	case ".pptx":
		return "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	case ".odt":
		return "application/vnd.oasis.opendocument.text"
	case ".ods":
		return "application/vnd.oasis.opendocument.spreadsheet"
	case ".eml":
		return "message/rfc822"
	case ".msg":
		return "application/vnd.ms-outlook"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".png", ".gif", ".webp", ".bmp", ".heic", ".avif":
		return "image/" + extension[1:]
	case ".tif", ".tiff":
		return "image/tiff"
	case ".svg":
		return "image/svg+xml"
	case ".mp3":
		return "audio/mpeg"
	case ".wav":
		return "audio/wave"
	case ".ogg":
		return "audio/ogg"
	case ".mp4", ".mpeg", ".webm":
		return "video/" + extension[1:]
	case ".mov":
		return "video/quicktime"
	}
	return ""
}
