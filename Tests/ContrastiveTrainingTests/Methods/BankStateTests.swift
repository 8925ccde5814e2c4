import Contrastive
import ContrastiveTraining
import Testing
import _TestSupport

/// Banks that are saved and loaded.
@Suite struct BankStateTests {
  /// A bank that keeps codes keeps them after it was loaded.
  @Test(arguments: Precision.allCases) func productsStay(_ products: Precision) throws {
    var bank = try QueueBank(capacity: 5, dimension: 3, products: products)
    try bank.enqueue(TestData.embeddings(7, 3, seed: 1))
    var saved = StateExchange()
    try bank.exchange(&saved)
    var other = try QueueBank(capacity: 5, dimension: 3, products: products)
    var loading = StateExchange(loading: saved.tensors, texts: saved.texts, from: "memory")
    try other.exchange(&loading)
    #expect(other == bank && other.slots.products == products)
  }
}
