package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// drive sends requests over all connections, each waiting for its answer before the
// next, until ctx ends, and answers how many succeeded. Anything but success ends it. The
// requests are written by hand: the client shares the processors with what it measures.
func drive(ctx context.Context, addr string, request func([]byte) []byte) (int64, error) {
	var done atomic.Int64
	errs := make(chan error, connections)
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			if err := ask(ctx, addr, request, &done); err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return done.Load(), err
	default:
		return done.Load(), nil
	}
}

func ask(ctx context.Context, addr string, request func([]byte) []byte, done *atomic.Int64) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	answers := bufio.NewReaderSize(conn, 16<<10)
	var buffer []byte
	for ctx.Err() == nil {
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		buffer = request(buffer[:0])
		if _, err := conn.Write(buffer); err != nil {
			return err
		}
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			return err
		}
		if answer.StatusCode >= 300 {
			said, _ := io.ReadAll(answer.Body)
			return fmt.Errorf("answer %d: %s", answer.StatusCode, said)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			return err
		}
		done.Add(1)
	}
	return nil
}
