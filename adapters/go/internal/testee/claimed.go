package testee

import "resonant/testeekit"

// claimed is the module without the functions of profiles that it does not claim (TST-10).
type claimed struct{ module }

// Adapt is left out until there are cases of adapt.
func (claimed) Adapt(testeekit.Adapting) (*testeekit.Adapted, error) {
	return nil, testeekit.UnsupportedError("adapt")
}
