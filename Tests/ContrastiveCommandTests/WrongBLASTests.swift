import Contrastive
import ContrastiveFiles
import Foundation
import Testing
import _TestSupport

/// A BLAS that is wrong, slow or disobedient is noticed and named.
///
/// Put in the place of the real one by the loader, as a broken build on the library path would be.
@Suite struct WrongBLASTests {
  private static let isPossible =
    FileManager.default.isExecutableFile(atPath: "/usr/bin/cc") && Command.isLinux

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let rows = try TestData.embeddings(8, 4, seed: 1)
    try SafetensorsFile(tensors: ["queries": Tensor(rows), "keys": Tensor(rows)])
      .write(to: folder.file("in.safetensors"))
  }

  /// Runs a command with some functions of the BLAS replaced.
  private func run(_ replacement: String, _ line: String) throws -> Command {
    try folder.write(
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <pthread.h>
      #include <time.h>
      \(replacement)
      """, "wrong.c")
    return try Command(
      shell: """
        cd '\(folder.path)' && cc -O1 -shared -fPIC -o wrong.so wrong.c -ldl -lpthread && \
        LD_PRELOAD=./wrong.so "$0" \(line)
        """)
  }

  /// A product by the real BLAS, then `change`.
  private func sgemm(_ change: String) -> String {
    """
    typedef void product(int, int, int, int, int, int, float, const float *, int, const float *,
                         int, float, float *, int);
    void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a,
                     int lda, const float *b, int ldb, float beta, float *c, int ldc) {
      ((product *)dlsym(RTLD_NEXT, "cblas_sgemm"))(
          order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
      \(change)
    }
    """
  }

  private static let loss = "loss infonce -i in.safetensors -o out.safetensors"

  @Test(
    .enabled(if: isPossible),
    arguments: [
      "c[0] += 1;", "c[(m - 1) * ldc + n - 1] *= 1.001f;",
      "if (m > 100) c[(m / 2) * ldc + n / 2] += 0.5f;", "if (ta == 112) c[n / 2] = -c[n / 2];",
      "c[0] = 0.0f / 0.0f;",
    ]) func aWrongElement(_ change: String) throws
  {
    let run = try run(sgemm(change), Self.loss)
    #expect(run.status == 65)
    #expect(run.errorLines.count == 1)
    #expect(run.errors.contains("sgemm ["), "\(run.errors)")
    #expect(run.errors.contains("OpenBLAS"), "\(run.errors)")
    #expect(!folder.exists("out.safetensors"))
    let doctor = try self.run(sgemm(change), "doctor --json")
    #expect(doctor.status == 65)
    #expect((try doctor.json()["sgemm_check"] as? String)?.contains("sgemm [") == true)
  }

  /// One that keeps several threads and says so.
  @Test(.enabled(if: isPossible)) func threadsThatItWasNotAskedFor() throws {
    let deaf = """
      void openblas_set_num_threads(int n) {}
      int openblas_get_num_threads(void) { return 4; }
      """
    let run = try run(deaf, Self.loss)
    #expect(run.status == 65)
    #expect(run.errors.contains("found 4 threads after asking for 1"), "\(run.errors)")
  }
}
