"""Official command lines become plans: the four scripts' shapes, launchers, quotes, variables, and what is refused."""

from __future__ import annotations

import pytest

from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.official_script import read_official

QLORA = """#!/bin/bash
export CUDA_DEVICE_MAX_CONNECTIONS=1
DIR=`pwd`
MODEL="Qwen/Qwen-VL-Chat-Int4" # the quantised one
DATA="path to/data.json"

export CUDA_VISIBLE_DEVICES=0
# python finetune.py --learning_rate 9
python finetune.py \\
    --model_name_or_path $MODEL \\
    --data_path "${DATA}" \\
    --fp16 True \\
    --fix_vit True \\
    --output_dir output_qwen \\
    --num_train_epochs 5 \\
    --per_device_train_batch_size 2 \\
    --gradient_accumulation_steps 8 \\
    --evaluation_strategy "no" \\
    --save_strategy "steps" \\
    --save_steps 1000 \\
    --save_total_limit 10 \\
    --learning_rate 1e-5 \\
    --weight_decay 0.1 \\
    --adam_beta2 0.95 \\
    --warmup_ratio 0.01 \\
    --lr_scheduler_type "cosine" \\
    --logging_steps 1 \\
    --report_to "none" \\
    --model_max_length 2048 \\
    --gradient_checkpointing True \\
    --lazy_preprocess True \\
    --use_lora --q_lora \\
    --deepspeed finetune/ds_config_zero2.json
"""


def test_a_whole_q_lora_script_becomes_a_plan() -> None:
    run = read_official(QLORA)
    plan = run.plan
    assert (plan.model, plan.data, plan.method) == ("Qwen/Qwen-VL-Chat-Int4", "path to/data.json", "qlora")
    assert (plan.epochs, plan.batch_size, plan.accumulation, plan.max_length) == (5.0, 2, 8, 2048)
    assert (plan.learning_rate, plan.weight_decay, plan.adam_beta2, plan.warmup_ratio) == (1e-5, 0.1, 0.95, 0.01)
    assert (plan.save_steps, plan.save_limit, plan.precision, plan.schedule) == (1000, 10, "fp16", "cosine")
    assert (plan.gradient_checkpointing, plan.fix_vit, plan.tensorboard) == ("on", True, False)
    assert (plan.labels, plan.distributed, plan.processes) == ("compatible", "none", 1)
    assert plan.problems() == []
    assert run.output == "output_qwen"
    assert any("ds_config_zero2" in note for note in run.notes), "one card shares nothing out, and that is said"
    assert any("--lazy_preprocess" in note for note in run.notes)


def test_variables_over_several_lines_are_filled_in() -> None:
    script = """
        GPUS_PER_NODE=${GPUS:-8}
        NNODES=2
        DISTRIBUTED_ARGS="
            --nproc_per_node $GPUS_PER_NODE \\
            --nnodes $NNODES \\
            --master_addr localhost
        "
        torchrun $DISTRIBUTED_ARGS finetune.py --model_name_or_path M --data_path D --bf16 True
    """
    plan = read_official(script).plan
    assert (plan.distributed, plan.processes, plan.precision) == ("ddp", 16, "bf16")


@pytest.mark.parametrize(
    ("line", "distributed", "processes", "method"),
    [
        ("torchrun --nproc_per_node 8 --nnodes 2 finetune.py --data_path d.json --use_lora", "ddp", 16, "lora"),
        (
            "torchrun --nproc-per-node=4 finetune.py --data_path d.json --deepspeed finetune/ds_config_zero3.json",
            "zero3",
            4,
            "full",
        ),
        ("deepspeed --num_gpus 2 src/finetune.py --data_path d --deepspeed z2.json --bf16", "zero2", 2, "full"),
        ("CUDA_VISIBLE_DEVICES=0 python3 -u finetune.py --data_path=d.json --use_lora=True", "none", 1, "lora"),
        ("python finetune.py --data_path d.json --use_lora False --q_lora True", "none", 1, "full"),
    ],
)
def test_launchers_tell_how_the_work_is_shared(line: str, distributed: str, processes: int, method: str) -> None:
    plan = read_official(line).plan
    assert (plan.distributed, plan.processes, plan.method) == (distributed, processes, method)
    assert plan.problems() == []


def test_adapters_settings_and_layers() -> None:
    line = (
        "python finetune.py --data_path d.json --use_lora True --lora_r 16 --lora_alpha 32 --lora_dropout 0 "
        "--lora_target_modules c_attn attn.c_proj,w1 w2 --optim paged_adamw_32bit --report_to tensorboard | tee log"
    )
    plan = read_official(line).plan
    assert plan.lora_targets == ["c_attn", "attn.c_proj", "w1", "w2"]
    assert (plan.lora_rank, plan.lora_alpha, plan.lora_dropout) == (16, 32, 0.0)
    assert (plan.optimizer, plan.tensorboard) == ("paged_adamw_8bit", True)


def test_unknown_flags_are_named_and_left_out() -> None:
    run = read_official(
        "python finetune.py --data_path d --frobnicate 7 --lr_scheduler_type polynomial --eval_data_path e"
    )
    assert [note for note in run.notes if "--frobnicate" in note and "left out" in note]
    assert [note for note in run.notes if "polynomial" in note]
    assert [note for note in run.notes if "--eval_data_path e" in note]
    assert "schedule" not in run.settings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no call of finetune.py"),
        ("python train.py --data_path d", "no call of finetune.py"),
        ("python finetune.py --data_path 'open", "left open"),
        ("python finetune.py --learning_rate fast", "--learning_rate fast"),
        ("python finetune.py --per_device_train_batch_size 1.5", "--per_device_train_batch_size 1.5"),
        ("python finetune.py --use_lora maybe", "--use_lora maybe"),
        ("python finetune.py --num_train_epochs", "--num_train_epochs"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        read_official(text)
