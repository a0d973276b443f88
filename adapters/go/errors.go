package resonant

import "fmt"

// A Code is the name of a reason to reject or drop something, as the protocol spells it. It is an error, so that
// [errors.Is] finds it in an [*Error].
type Code string

// Error is the code itself.
func (c Code) Error() string { return string(c) }

// The codes of the frame layer, in the order in which a receiver checks, then those of messages and tensors.
const (
	FrameTooShort  Code = "FRAME_TOO_SHORT"
	FrameTooLarge  Code = "FRAME_TOO_LARGE"
	BadVersion     Code = "BAD_VERSION"
	CRCMismatch    Code = "CRC_MISMATCH"
	BadType        Code = "BAD_TYPE"
	ReservedFlags  Code = "RESERVED_FLAGS"
	BadSliceTable  Code = "BAD_SLICE_TABLE"
	BadModality    Code = "BAD_MODALITY"
	PlainTooLarge  Code = "PLAIN_TOO_LARGE"
	KeyRequired    Code = "KEY_REQUIRED"
	DecryptFailed  Code = "DECRYPT_FAILED"
	BadCompression Code = "BAD_COMPRESSION"
	BadDType       Code = "BAD_DTYPE"
	BadRank        Code = "BAD_RANK"
	LengthMismatch Code = "LENGTH_MISMATCH"
	TruncatedBody  Code = "TRUNCATED_BODY"
	TrailingBytes  Code = "TRAILING_BYTES"
	BadSlots       Code = "BAD_SLOTS"
	BadScale       Code = "BAD_SCALE"
	BadIndex       Code = "BAD_INDEX"
	BadMask        Code = "BAD_MASK"
	BadJSON        Code = "BAD_JSON"
	BadSpaceID     Code = "BAD_SPACE_ID"
	NonFinite      Code = "NON_FINITE"
	FieldRange     Code = "FIELD_RANGE"
	NotRecoverable Code = "NOT_RECOVERABLE"
	Tolerance      Code = "TOLERANCE"
	Budget         Code = "BUDGET"
	BadRepair      Code = "BAD_REPAIR"
	RepairMismatch Code = "REPAIR_MISMATCH"
	Duplicate      Code = "DUPLICATE"
)

// An Error says why something was refused.
type Error struct {
	Code   Code
	Clause string // of specs/, such as FRM-24
	Detail string // for people
}

// Error gives the code, the clause and the detail.
func (e *Error) Error() string {
	return fmt.Sprintf("%s (%s): %s", e.Code, e.Clause, e.Detail)
}

// Unwrap gives the code, which errors.Is and errors.As find by it.
func (e *Error) Unwrap() error { return e.Code }

func refuse(code Code, clause, detail string, values ...any) error {
	if len(values) > 0 {
		detail = fmt.Sprintf(detail, values...)
	}
	return &Error{Code: code, Clause: clause, Detail: detail}
}
