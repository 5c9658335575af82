#pragma once

namespace CLI {  // NOLINT: as the library has it
class App;
}

namespace toolkit {

struct RunOptions;

/// The verb `run` and its options, which are written into `options`.
CLI::App* add_run(CLI::App& app, RunOptions& options);

}  // namespace toolkit
