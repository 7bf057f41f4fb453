package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// Redis is a client of a server, or of one inside this process, for trying out.
type Redis struct {
	*redis.Client
	embedded *miniredis.Miniredis
	stop     chan struct{}
}

const redisTick = 100 * time.Millisecond

// OpenRedis connects to url; an empty url starts a Redis in this process, on
// loopback behind a random password, that forgets everything when it stops.
func OpenRedis(ctx context.Context, url string) (*Redis, error) {
	if url == "" {
		return embeddedRedis()
	}
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, errors.New("the Redis URL cannot be read (want redis://:password@host:6379/0)")
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = 2*time.Second, 2*time.Second, 2*time.Second
	options.MaxRetries = -1 // whoever waits has waited enough
	r := &Redis{Client: redis.NewClient(options)}
	if err := r.Ping(ctx).Err(); err != nil {
		_ = r.Client.Close()
		return nil, fmt.Errorf("reach Redis: %w", err)
	}
	return r, nil
}

func embeddedRedis() (*Redis, error) {
	server := miniredis.NewMiniRedis()
	password := rand.Text()
	server.RequireAuth(password)
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("start the embedded Redis: %w", err)
	}
	r := &Redis{
		Client:   redis.NewClient(&redis.Options{Addr: server.Addr(), Password: password}),
		embedded: server,
		stop:     make(chan struct{}),
	}
	go r.keepTime()
	return r, nil
}

// keepTime lets keys expire: the embedded server's time stands still by itself.
func (r *Redis) keepTime() {
	tick := time.NewTicker(redisTick)
	defer tick.Stop()
	for {
		select {
		case <-r.stop:
			return
		case <-tick.C:
			r.embedded.FastForward(redisTick)
		}
	}
}

// Close ends the connection, and the server when it is ours.
func (r *Redis) Close() error {
	err := r.Client.Close()
	if r.embedded != nil {
		close(r.stop)
		r.embedded.Close()
	}
	return err
}
