"""The golden vectors as archives that others can take, check and build their tests on."""
