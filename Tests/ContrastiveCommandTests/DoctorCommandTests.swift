import ContrastiveCore
import Testing
import _TestSupport

/// `contrastive doctor`, `--version`, `--help`.
@Suite struct DoctorCommandTests {
  @Test func findsTheEngineWell() throws {
    let run = try Command("doctor", "--json")
    #expect(run.status == 0)
    let report = try run.json()
    #expect(report.keys.allSatisfy { $0 == $0.lowercased() })
    #expect((report["blas"] as? String)?.hasPrefix("OpenBLAS") == true)
    #expect(report["sgemm_check"] as? String == "ok")
    #expect(report["packed_check"] as? String == "ok")
    #expect(report["bf16x6_check"] as? String == "ok")
    #expect(["blas", "packed", "bf16x6"].contains(report["product"] as? String))
    #expect(
      ["portable", "avx2", "avxvnni", "avx512vnni", "amx"].contains(
        report["code_kernels"] as? String))
    #expect(report["code_check"] as? String == "ok")
    for rate in ["sgemm_rate", "packed_rate"] { #expect(report[rate] as? Double ?? 0 > 0) }
    #expect((report["available_row_kernels"] as? [String])?.contains("portable") == true)
  }

  /// Where the product in use is by far the slower one, it says so: kernels of a debug build are.
  @Test func warnsOfTheSlowerProduct() throws {
    for product in MatrixProduct.accelerated.map(\.rawValue) {
      let run = try Command("doctor", "--json", "--product", product)
      #expect(run.status == 0, "\(run.errors)")
      let report = try run.json()
      #expect(report["product"] as? String == product)
      let names = ["blas": "sgemm_rate", "packed": "packed_rate", "bf16x6": "bf16x6_rate"]
      let rates = names.compactMapValues { report[$0] as? Double }
      #expect(rates.count == MatrixProduct.accelerated.count)
      let (own, best) = try (#require(rates[product]), #require(rates.values.max()))
      let warns = (report["advice"] as? [String])?.contains { $0.contains("--product") }
      #expect(warns == (own < 0.9 * best))
    }
  }

  @Test func refusesUnknownProducts() throws {
    #expect(try Command("doctor", "--product", "fast").status == 64)
    let run = try Command(shell: "CONTRASTIVE_PRODUCT=fast \"$0\" doctor")
    #expect(run.status == 64)
    #expect(run.errors.contains("found 'fast', expected blas, packed or bf16x6"))
  }

  @Test func helpsStrangers() throws {
    #expect(try Command("--version").output == "0.2.0\n")
    for command in [
      ["--help"], ["train", "--help"], ["embed", "--help"], ["loss", "swav", "--help"],
    ] {
      let run = try Command(arguments: command)
      #expect(run.status == 0)
      #expect(run.output.contains("OVERVIEW"))
      #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(command)")
    }
    #expect(try Command("--generate-completion-script", "bash").status == 0)
  }
}
