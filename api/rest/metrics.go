package rest

import (
	"context"
	"crypto/subtle"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"zique/internal/ledger"
	"zique/internal/outbox"
	"zique/internal/worker"
)

// metrics measures every request and answers GET /metrics.
func (s *Server) metrics(engine *gin.Engine) {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "zique_http_requests_total", Help: "Requests answered, by route.",
	}, []string{"method", "route", "status"})
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "zique_http_request_seconds", Help: "Time to answer, by route.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"route"})
	registry := prometheus.NewRegistry()
	registry.MustRegister(requests, seconds, &engines{s})
	engine.Use(func(c *gin.Context) {
		began := time.Now()
		c.Next()
		route := c.FullPath()
		if route == "" {
			route = "none" // the site's pages, and addresses where there is nothing
		}
		requests.WithLabelValues(knownMethod(c.Request.Method), route, strconv.Itoa(c.Writer.Status())).Inc()
		seconds.WithLabelValues(route).Observe(time.Since(began).Seconds())
	})
	show := promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	engine.GET("/metrics", func(c *gin.Context) {
		if !s.mayMeasure(c.Request) {
			writeProblem(c, newProblem(c.Request.Context(), http.StatusForbidden, "forbidden", "this is not yours to see"))
			return
		}
		show.ServeHTTP(c.Writer, c.Request)
	})
}

// knownMethod keeps made-up methods from becoming series of their own.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions:
		return method
	}
	return "other"
}

// mayMeasure lets in who has the token. Where none is set it lets in programs on this
// machine, who call the program by this machine's name, and only while it listens to nobody
// else: a proxy on it that adds no header looks like any of them but for the name.
func (s *Server) mayMeasure(r *http.Request) bool {
	if s.MetricsToken != "" {
		given := []byte(r.Header.Get("Authorization"))
		return subtle.ConstantTimeCompare(given, []byte("Bearer "+s.MetricsToken)) == 1
	}
	for name := range r.Header {
		if name == "Forwarded" || name == "Via" || name == "X-Real-Ip" || strings.HasPrefix(name, "X-Forwarded-") {
			return false
		}
	}
	return s.LocalOnly && ofThisMachine(r.RemoteAddr) && ofThisMachine(r.Host)
}

// ofThisMachine tells whether an address, with a port or without, is one that only this
// machine has.
func ofThisMachine(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

// measureWithin bounds how long a scrape waits for the database.
const measureWithin = 2 * time.Second

// engines asks the database anew at each scrape. What it cannot find out is left out.
type engines struct{ *Server }

var (
	connections = prometheus.NewDesc("zique_db_connections", "Connections to the database.", []string{"pool", "state"}, nil)
	waits       = prometheus.NewDesc("zique_db_waits_total", "Times that a caller waited for a connection.", []string{"pool"}, nil)
	waitSeconds = prometheus.NewDesc("zique_db_wait_seconds_total", "Time that callers waited for a connection.", []string{"pool"}, nil)
	jobsOpen    = prometheus.NewDesc("zique_jobs", "Jobs that are not over.", []string{"status"}, nil)
	jobsFailed  = prometheus.NewDesc("zique_jobs_failed", "Jobs of the last seven days that failed inside.", nil, nil)
	eventsStuck = prometheus.NewDesc("zique_events_stuck", "Events that nobody handled within five minutes.", nil, nil)
	unsealed    = prometheus.NewDesc("zique_ledger_unsealed", "Transactions of the journal that have no number yet.", nil, nil)
)

// Describe is a prometheus.Collector's.
func (e *engines) Describe(all chan<- *prometheus.Desc) {
	for _, one := range []*prometheus.Desc{connections, waits, waitSeconds, jobsOpen, jobsFailed, eventsStuck, unsealed} {
		all <- one
	}
}

// Collect is a prometheus.Collector's.
func (e *engines) Collect(all chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), measureWithin)
	defer cancel()
	for _, measure := range []func(context.Context, chan<- prometheus.Metric) error{e.pools, e.jobs, e.waiting} {
		if err := measure(ctx, all); err != nil {
			slog.WarnContext(ctx, "measure", "error", err)
		}
	}
}

func gauge(of *prometheus.Desc, value int64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(of, prometheus.GaugeValue, float64(value), labels...)
}

func (e *engines) pools(_ context.Context, all chan<- prometheus.Metric) error {
	stats, err := e.DB.PoolStats()
	for pool, s := range stats {
		all <- gauge(connections, int64(s.InUse), pool, "in_use")
		all <- gauge(connections, int64(s.Idle), pool, "idle")
		all <- prometheus.MustNewConstMetric(waits, prometheus.CounterValue, float64(s.WaitCount), pool)
		all <- prometheus.MustNewConstMetric(waitSeconds, prometheus.CounterValue, s.WaitDuration.Seconds(), pool)
	}
	return err
}

func (e *engines) jobs(ctx context.Context, all chan<- prometheus.Metric) error {
	view := e.DB.Read(ctx)
	open, err := worker.CountOpen(view)
	if err != nil {
		return err
	}
	for status, n := range open {
		all <- gauge(jobsOpen, n, status)
	}
	failed, _, err := worker.CountFailed(view, e.DB.Now().Add(-failedSince))
	if err == nil {
		all <- gauge(jobsFailed, failed)
	}
	return err
}

func (e *engines) waiting(ctx context.Context, all chan<- prometheus.Metric) error {
	view := e.DB.Read(ctx)
	stuck, _, err := outbox.Stuck(view, e.DB.Now().Add(-stuckAfter))
	if err != nil {
		return err
	}
	all <- gauge(eventsStuck, stuck)
	waiting, err := ledger.Unsealed(view)
	if err == nil {
		all <- gauge(unsealed, waiting)
	}
	return err
}
