package storage

// Bell answers a channel that gets a value soon after a transaction which rang the
// bell is durable. It is a hint within this program: rings may fall together, other
// replicas do not hear them, and whoever waits on one also looks now and then.
func (db *DB) Bell(name string) <-chan struct{} { return db.bell(name) }

func (db *DB) bell(name string) chan struct{} {
	found, _ := db.bells.LoadOrStore(name, make(chan struct{}, 1))
	return found.(chan struct{})
}

// Ring rings a bell once the transaction is durable.
func (tx *Tx) Ring(name string) {
	bell := tx.home.bell(name)
	tx.AfterCommit(func() {
		select {
		case bell <- struct{}{}:
		default: // it rings already
		}
	})
}
