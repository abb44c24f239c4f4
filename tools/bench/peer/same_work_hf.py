"""The peer's half of `npm run bench -- --same-work`: transformers + peft on given weights, adapter and tokens.

  same_work_hf.py --size tiny|small|base --threads 2 <safetensors> <ids.json>

Prints one JSON line with the losses of 20 fp32 AdamW steps (LoRA r=16 alpha=32 on all linear layers, loss on every token).
"""
import argparse, json, torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import LlamaConfig, LlamaForCausalLM

SIZES = {  # hidden, intermediate, layers, heads, kv heads, vocab
    "tiny": (256, 688, 4, 8, 4, 4096),
    "small": (512, 1408, 8, 8, 4, 8192),
    "base": (768, 2048, 12, 12, 4, 32000),
}
LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

p = argparse.ArgumentParser()
p.add_argument("--size", default="tiny", choices=SIZES)
p.add_argument("--threads", type=int, default=2)
p.add_argument("--steps", type=int, default=20)
p.add_argument("weights")
p.add_argument("ids")
a = p.parse_args()
torch.set_num_threads(a.threads)
h, inter, layers, heads, kv, vocab = SIZES[a.size]
cfg = LlamaConfig(hidden_size=h, intermediate_size=inter, num_hidden_layers=layers, num_attention_heads=heads,
                  num_key_value_heads=kv, vocab_size=vocab, max_position_embeddings=8192, attn_implementation="sdpa")
tensors = {name.removeprefix("base_model.model."): value.float() for name, value in load_file(a.weights).items()}
model = LlamaForCausalLM(cfg)
base = {name: value for name, value in tensors.items() if ".lora_" not in name}
missing, unexpected = model.load_state_dict(base, strict=False)
assert not missing and not unexpected, (missing, unexpected)
lora = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, lora_dropout=0.0, task_type="CAUSAL_LM", target_modules=LINEAR))
state = {f"base_model.model.{name.replace('.weight', '.default.weight')}": value for name, value in tensors.items() if ".lora_" in name}
unexpected = lora.load_state_dict(state, strict=False).unexpected_keys
assert not unexpected, unexpected
lora.train()
opt = torch.optim.AdamW([x for x in lora.parameters() if x.requires_grad], lr=1e-4)
ids = torch.tensor(json.load(open(a.ids)))
losses = []
for _ in range(a.steps):
    loss = lora(input_ids=ids, labels=ids).loss
    loss.backward(); opt.step(); opt.zero_grad()
    losses.append(loss.item())
print(json.dumps({"peer": "transformers+peft", "size": a.size, "steps": a.steps, "losses": losses, "loss": losses[-1]}))
