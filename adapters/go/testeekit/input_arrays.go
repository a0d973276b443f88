package testeekit

func (in *Input) items(name string) []any {
	items, ok := in.take(name).([]any)
	if !ok {
		in.fail("%s is not an array", name)
	}
	return items
}

// Objects reads an array of objects, each by one, which calls Done.
func (in *Input) Objects(name string, one func(*Input) error) {
	for _, item := range in.items(name) {
		if err := one(newInput(item)); err != nil {
			in.fail("%s: %v", name, err)
		}
	}
}

// U32s reads an array of at least least and at most most u32.
func (in *Input) U32s(name string, least, most int) []uint32 {
	items := in.items(name)
	if len(items) < least || len(items) > most {
		in.fail("%s has %d items", name, len(items))
	}
	found := make([]uint32, len(items))
	for at, item := range items {
		found[at] = uint32(in.integer(name, item, 0, 1<<32-1))
	}
	return found
}

// Texts reads an array of strings, none of them twice.
func (in *Input) Texts(name string) []string {
	items := in.items(name)
	found, seen := make([]string, len(items)), map[string]bool{}
	for at, item := range items {
		text, ok := item.(string)
		if !ok || seen[text] {
			in.fail("%s is not an array of different strings", name)
		}
		found[at], seen[text] = text, true
	}
	return found
}
