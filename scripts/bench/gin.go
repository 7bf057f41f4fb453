package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"
)

// bareGin as the only argument makes this command a server that answers what it reads
// from stdin, on the address in BENCH_ADDR.
const bareGin = "bare-gin"

func serveBareGin() {
	answer, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.GET("/api/v1/products", func(c *gin.Context) { c.Data(http.StatusOK, "application/json", answer) })
	fmt.Fprintln(os.Stderr, http.ListenAndServe(os.Getenv("BENCH_ADDR"), engine))
}

// startBareGin lets Gin alone answer the bytes that the program answers.
func startBareGin(ctx context.Context, of *program) (*program, error) {
	answer, err := http.Get("http://" + of.addr + "/api/v1/products")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	g := &program{binary: self}
	if g.addr, err = freeAddr(); err != nil {
		return nil, err
	}
	g.env = append(os.Environ(), "BENCH_ADDR="+g.addr)
	g.stdin = answer.Body
	return g, g.start(ctx, bareGin)
}
