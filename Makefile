# 社会组织党建工作管理系统：make demo 运行演示，make test 运行测试。只需要 Python 3.11 以上和 make。
PYTHON ?= python3
PORT ?= 8000
TEST_ARGS ?=
BENCH_ARGS ?=
BIN := .venv/bin
export PORT

.PHONY: help env env-dev env-pdf demo test bench lint format static lock clean

help:
	@echo "make demo    准备环境、载入演示数据并在 http://127.0.0.1:$(PORT) 运行（PORT=8080 换端口，DATABASE_URL=… 换数据库）"
	@echo "make test    运行全部测试（TEST_ARGS=\"-k 关键词\" 只运行一部分）"
	@echo "make bench   测速，结果是与裸 SQL 等的比值"
	@echo "make lint    检查代码格式、模板和迁移"
	@echo "make format  按约定改写代码和模板的格式"
	@echo "make static  收集并压缩静态文件（正式部署）"
	@echo "make env     只准备 .venv；env-dev 加上测试工具，env-pdf 加上 PDF 组件"
	@echo "make lock    依赖改动后重新生成 requirements*.txt（需要 uv）"

env: .venv/.stamp-requirements
env-dev: .venv/.stamp-requirements-dev
env-pdf: .venv/.stamp-requirements-pdf
.venv/.stamp-requirements-dev .venv/.stamp-requirements-pdf: .venv/.stamp-requirements

# Three ways to the same environment: uv, venv with pip, venv without ensurepip (Debian without python3-venv).
.venv/.stamp-%: %.txt
	@if command -v uv >/dev/null 2>&1; then \
	    { test -x $(BIN)/python || uv venv --quiet --python $(PYTHON) .venv; } && \
	    uv pip install --quiet --require-hashes --python $(BIN)/python -r $<; \
	else \
	    if ! test -x $(BIN)/python; then \
	        $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本，例如：make demo PYTHON=python3.12"; exit 1; }; \
	        $(PYTHON) -m venv .venv 2>/dev/null || { rm -rf .venv; $(PYTHON) -m venv --without-pip .venv; }; \
	    fi && \
	    if $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	        $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<; \
	    else \
	        $(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --require-hashes -r $<; \
	    fi; \
	fi
	@touch $@

# Keys are made in the data folder also for PostgreSQL: a demo is one machine. seed_demo does nothing on a filled database.
demo: export DANGJIAN_MAKE_KEYS = 1
demo: env
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py seed_demo --if-empty
	@echo "演示系统： http://127.0.0.1:$(PORT) （按 Ctrl+C 停止；登录账号见上）"
	$(BIN)/python -m gunicorn -c config/gunicorn.py config.wsgi

test: env-dev
	$(BIN)/python -m pytest -q $(TEST_ARGS)

bench: env-dev
	$(BIN)/python -m tests.bench $(BENCH_ARGS)

lint: env-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	find templates -name '*.html' -not -path 'templates/tables/*' -print0 | xargs -0 $(BIN)/djade --target-version 5.2 --check
	$(BIN)/python manage.py makemigrations --check --dry-run

format: env-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	find templates -name '*.html' -not -path 'templates/tables/*' -print0 | xargs -0 $(BIN)/djade --target-version 5.2

static: env
	$(BIN)/python manage.py collectstatic --noinput --verbosity 1

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
lock:
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --extra pdf --group dev -c requirements.txt -o requirements-dev.txt
	echo typst | $(COMPILE) - -c requirements-dev.txt -o requirements-pdf.txt

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis
