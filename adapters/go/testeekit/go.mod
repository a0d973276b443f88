module testeekit

go 1.22
