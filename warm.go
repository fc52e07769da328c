package main

import (
	_ "cel.dev/cel-go/cel"
	_ "github.com/danielgtaylor/huma/v2/adapters/humaecho"
	_ "github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/labstack/echo/v4"
	_ "github.com/pressly/goose/v3"
	_ "github.com/santhosh-tekuri/jsonschema/v6"
	_ "github.com/spf13/cobra"
	_ "github.com/spf13/viper"
	_ "github.com/xuri/excelize/v2"
	_ "go.temporal.io/sdk/worker"
	_ "go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	_ "go.temporal.io/server/temporal"
	_ "go.temporal.io/server/tools/common/schema"
	_ "go.temporal.io/server/tools/sql"
	_ "go.temporal.io/sdk/testsuite"
	_ "go.yaml.in/yaml/v3"
	_ "golang.org/x/crypto/argon2"
	_ "golang.org/x/text/encoding/simplifiedchinese"
	_ "pgregory.net/rapid"
	_ "github.com/stretchr/testify/require"
)

func main() {}
